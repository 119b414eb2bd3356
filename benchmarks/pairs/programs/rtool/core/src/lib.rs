//! A game of life on a small torus.

mod rule;

pub use rule::Rule;

pub struct Grid {
    width: usize,
    height: usize,
    cells: Vec<bool>,
}

impl Grid {
    pub fn seeded(width: usize, height: usize, seed: u32) -> Grid {
        assert!(width > 2 && height > 2, "a grid needs three rows and columns");
        let mut state = seed;
        let cells = (0..width * height)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state >> 30 == 0
            })
            .collect();
        Grid { width, height, cells }
    }

    fn neighbours(&self, x: usize, y: usize) -> usize {
        let mut count = 0;
        for dy in [self.height - 1, 0, 1] {
            for dx in [self.width - 1, 0, 1] {
                if (dx, dy) != (0, 0) {
                    let at = (y + dy) % self.height * self.width + (x + dx) % self.width;
                    count += usize::from(self.cells[at]);
                }
            }
        }
        count
    }

    pub fn step(&self, rule: &Rule) -> Grid {
        let mut cells = vec![false; self.cells.len()];
        for y in 0..self.height {
            for x in 0..self.width {
                cells[y * self.width + x] = rule.lives(self.cells[y * self.width + x], self.neighbours(x, y));
            }
        }
        Grid { width: self.width, height: self.height, cells }
    }

    pub fn alive(&self) -> usize {
        self.cells.iter().filter(|cell| **cell).count()
    }

    pub fn lines(&self) -> Vec<String> {
        self.cells
            .chunks(self.width)
            .map(|row| row.iter().map(|cell| if *cell { '#' } else { '.' }).collect())
            .collect()
    }
}
