"""The values of the graph: what a facet holds, and how either upstream payload is read into it. Pure."""
