"""A GraphQL gateway that asks Capillary's two customer calls for exactly what a query selects."""
