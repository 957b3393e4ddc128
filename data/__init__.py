"""What happened: the data contract, the store, imports and the synthetic company."""
