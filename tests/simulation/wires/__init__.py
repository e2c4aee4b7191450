"""The providers as their bytes go over the wire: what people do as raw payloads, and answers to what is asked of them."""
