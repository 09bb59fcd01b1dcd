"""Reads, writes, replays and records captures: files with the exchanges of a real run."""
