"""Rules that keep data, and the services that touch it, inside the country."""
