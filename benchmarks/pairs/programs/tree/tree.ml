type tree = Leaf | Node of tree * int * tree

let rec insert value = function
  | Leaf -> Node (Leaf, value, Leaf)
  | Node (left, held, right) when value < held -> Node (insert value left, held, right)
  | Node (left, held, right) when value > held -> Node (left, held, insert value right)
  | node -> node

let rec depth = function
  | Leaf -> 0
  | Node (left, _, right) -> 1 + max (depth left) (depth right)

let rec iterate visit = function
  | Leaf -> ()
  | Node (left, held, right) ->
      iterate visit left;
      visit held;
      iterate visit right
