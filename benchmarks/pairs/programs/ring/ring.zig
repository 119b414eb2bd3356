pub fn Ring(comptime size: usize) type {
    return struct {
        held: [size]u32 = @splat(0),
        first: usize = 0,
        count: usize = 0,

        const Self = @This();

        pub fn push(self: *Self, value: u32) void {
            if (self.count == size) @panic("the ring is full");
            self.held[(self.first + self.count) % size] = value;
            self.count += 1;
        }

        pub fn pop(self: *Self) ?u32 {
            if (self.count == 0) return null;
            const value = self.held[self.first];
            self.first = (self.first + 1) % size;
            self.count -= 1;
            return value;
        }
    };
}
