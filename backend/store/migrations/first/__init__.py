"""What the first step creates; frozen like the step itself."""
