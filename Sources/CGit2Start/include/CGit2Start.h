#pragma once

/* Nothing is called from here: the functions of this library stand before others of the same names. */
