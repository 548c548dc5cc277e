"""The two REST calls: how a planned call becomes a request, and a payload becomes what is known of customers."""
