"""Steps of the aligner over one draft: each module places one kind of section, or says what the draft knows."""
