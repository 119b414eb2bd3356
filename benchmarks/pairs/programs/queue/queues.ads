package Queues is
   Capacity : constant := 16;
   type Item is range 0 .. 9_999;
   type Queue is limited private;
   Full  : exception;
   Empty : exception;
   procedure Put (To : in out Queue; Value : Item);
   procedure Take (From : in out Queue; Value : out Item);
   function Length (Of_Queue : Queue) return Natural;
private
   type Places is array (0 .. Capacity - 1) of Item;
   type Queue is limited record
      Held  : Places := (others => 0);
      First : Natural := 0;
      Count : Natural := 0;
   end record;
end Queues;
