"""The results of a run: the report, known failures, replay files, transcripts."""
