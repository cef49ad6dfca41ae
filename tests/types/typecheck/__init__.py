"""What can be said of type files without running them: see check.py."""
