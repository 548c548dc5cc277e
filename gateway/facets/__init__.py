"""What can be known of a customer, how each piece is fetched, and the fewest calls that bring it. Pure."""
