pub struct Rule {
    born: [bool; 9],
    stays: [bool; 9],
}

impl Rule {
    /// Reads "B3/S23": born with 3 neighbours, stays with 2 or 3.
    pub fn from_text(text: &str) -> Option<Rule> {
        let (born, stays) = text.split_once('/')?;
        Some(Rule { born: digits(born.strip_prefix('B')?)?, stays: digits(stays.strip_prefix('S')?)? })
    }

    pub fn lives(&self, alive: bool, neighbours: usize) -> bool {
        if alive { self.stays[neighbours] } else { self.born[neighbours] }
    }
}

fn digits(text: &str) -> Option<[bool; 9]> {
    let mut found = [false; 9];
    for character in text.chars() {
        *found.get_mut(character.to_digit(10)? as usize)? = true;
    }
    Some(found)
}
