"""What we owe the world: mail and text messages, claimed before they are sent and never blindly sent twice."""
