//! A small die.

pub struct Pips {
    state: u32,
}

impl Pips {
    pub fn new(seed: u32) -> Pips {
        Pips { state: seed | 1 }
    }

    #[inline(never)]
    pub fn roll(&mut self) -> u32 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        assert!(self.state != 0, "the die is stuck");
        self.state % 6 + 1
    }
}

#[inline(never)]
pub fn author() -> String {
    ["a", "small", "die"].join(" ")
}
