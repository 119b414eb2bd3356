import core.stdc.stdio;
import table;

extern (C) int main(int count, char** words)
{
    foreach (index; 1 .. count)
        row(words[index], index);
    printf("%d rows\n", rows());
    return 0;
}
