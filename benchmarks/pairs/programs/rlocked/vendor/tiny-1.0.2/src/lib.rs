//! Roman numerals.

const PARTS: [(u16, &str); 13] = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
];

pub fn roman(number: u16) -> String {
    assert!(number > 0, "there is no Roman nought");
    let mut left = number;
    let mut text = String::new();
    while left != 0 {
        let (value, sign) = PARTS.into_iter().find(|(value, _)| *value <= left).expect("the last part is 1");
        text.push_str(sign);
        left -= value;
    }
    text
}
