package body Queues is
   procedure Put (To : in out Queue; Value : Item) is
   begin
      if To.Count = Capacity then
         raise Full with "no room for" & Value'Image;
      end if;
      To.Held ((To.First + To.Count) mod Capacity) := Value;
      To.Count := To.Count + 1;
   end Put;

   procedure Take (From : in out Queue; Value : out Item) is
   begin
      if From.Count = 0 then
         raise Empty with "nothing to take";
      end if;
      Value := From.Held (From.First);
      From.First := (From.First + 1) mod Capacity;
      From.Count := From.Count - 1;
   end Take;

   function Length (Of_Queue : Queue) return Natural is (Of_Queue.Count);
end Queues;
