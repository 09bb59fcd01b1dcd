"""What a run found: the report, known failures, replay files, transcripts."""
