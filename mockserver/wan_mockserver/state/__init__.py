"""Everything that outlives a request: tasks, journal, ledger and their stores."""
