"""The staff's side: cards, replies, presses and commands of the desk."""
