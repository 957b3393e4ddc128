"""What people see: pages, figures, texts and the command line."""
