"""Rules on where what runs comes from."""
