"""What pytest fixtures give to a test: handles on the mock, and a fake clock."""
