pub fn wrap(paragraph: &str, width: usize) -> Vec<String> {
    assert!(width > 0, "lines need room");
    let mut lines = vec![String::new()];
    for word in paragraph.split_whitespace() {
        let last = lines.len() - 1;
        let room = width.saturating_sub(lines[last].len() + 1);
        if !lines[last].is_empty() && word.len() > room {
            lines.push(String::from(word));
            continue;
        }
        if !lines[last].is_empty() {
            lines[last].push(' ');
        }
        lines[last].push_str(word);
    }
    lines
}
