"""What we can say: counts in, results out."""
