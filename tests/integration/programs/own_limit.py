held = bytearray(1 << 46)  # More than there are addresses.
