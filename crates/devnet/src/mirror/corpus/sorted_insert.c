/* Puts a value where it belongs in a sorted array that has room for one more. */
int sorted_insert(int *values, size_t *count, size_t capacity, int value)
{
    size_t low = 0, high = *count;

    if (*count >= capacity)
        return -1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (values[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(values + low + 1, values + low, (*count - low) * sizeof *values);
    values[low] = value;
    (*count)++;
    return (int)low;
}
