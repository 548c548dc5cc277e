"""What the graph offers, and on which facet each field lives. Nothing here knows a URL, an embed or a flag."""
