"""What is known of customers: facet by facet, under a scope, with its age."""
