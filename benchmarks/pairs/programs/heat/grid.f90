module grid
  implicit none
contains
  subroutine warm(rod)
    real(8), intent(out) :: rod(:)
    integer :: i
    rod = 20.0d0
    do i = 1, size(rod) / 4
       rod(i) = 90.0d0 - i
    end do
  end subroutine warm

  subroutine relax(rod)
    real(8), intent(inout) :: rod(:)
    real(8) :: next(size(rod))
    integer :: i
    next = rod
    do i = 2, size(rod) - 1
       next(i) = rod(i) + 0.25d0 * (rod(i - 1) - 2.0d0 * rod(i) + rod(i + 1))
    end do
    rod = next
  end subroutine relax
end module grid
