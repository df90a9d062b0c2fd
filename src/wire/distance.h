/*
** How far one name is from another: the least number of letters put in, taken
** out, changed or swapped with their neighbour, whatever their case (ASCII).
*/
#ifndef sat_distance_h
#define sat_distance_h

#include <stddef.h>

/* The distance if it is at most 'most', else SIZE_MAX.  Names longer than 127
** bytes are far from everything. */
size_t sat_distance(const char *a, size_t a_n, const char *b, size_t b_n,
                    size_t most);

#endif
