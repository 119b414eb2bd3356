mod tally {
    pub fn tally(words: &[String]) -> usize {
        words.iter().map(|word| word.len()).sum()
    }

    pub fn longest(words: &[String]) -> Option<&String> {
        words.iter().max_by_key(|word| word.len())
    }

    pub fn vowels(words: &[String]) -> usize {
        words.iter().map(|word| word.matches(['a', 'e', 'i', 'o', 'u']).count()).sum()
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    println!("{} {} {:?}", tally::tally(&words), tally::vowels(&words), tally::longest(&words));
}
