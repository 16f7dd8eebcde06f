"""What goes out: the monthly run, the pages, the archive."""
