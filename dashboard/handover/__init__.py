"""Rules in words, and what is handed to the tools people have: sentences, sheets and the card."""
