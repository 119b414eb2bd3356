with Ada.Text_IO; use Ada.Text_IO;
with Queues;

procedure Main is
   Waiting : Queues.Queue;
   Value   : Queues.Item;
begin
   for Number in 1 .. 10 loop
      Queues.Put (Waiting, Queues.Item (Number * Number));
   end loop;
   while Queues.Length (Waiting) > 0 loop
      Queues.Take (Waiting, Value);
      Put_Line ("next:" & Value'Image);
   end loop;
end Main;
