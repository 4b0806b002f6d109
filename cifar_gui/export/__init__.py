"""Networks in forms that other programs run: the same answers elsewhere."""
