let () =
  let numbers = List.init 40 (fun i -> i * 7919 mod 101) in
  let tree = List.fold_left (fun tree value -> Tree.insert value tree) Tree.Leaf numbers in
  Tree.iterate (fun value -> Printf.printf "%d " value) tree;
  Printf.printf "\ndepth %d\n" (Tree.depth tree);
  assert (Tree.depth tree < 40)
