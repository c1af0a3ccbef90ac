"""Price adjustment: which days restated a price, by what factor, and the adjusted closes that follow."""
