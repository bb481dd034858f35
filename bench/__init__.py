"""What the product costs, measured on events that it makes itself."""
