program heat
  use grid
  implicit none
  integer :: step
  real(8) :: rod(64)
  call warm(rod)
  do step = 1, 200
     call relax(rod)
  end do
  write (*, '(a, f12.6)') 'mean temperature ', sum(rod) / size(rod)
end program heat
