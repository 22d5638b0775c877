#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""openblas_products.py: the matrix products of ALBERT-base's 12 layers by OpenBLAS sgemm and nothing else, repeated as
worker.py asks. 128 tokens; weights as rows of outputs, like a checkpoint's; attention head by head. One thread."""
import ctypes
import sys

import worker

try:
    import numpy
except ImportError as error:
    sys.exit(f"{error}; install python3-numpy")

TOKENS, HIDDEN, HEADS, INTERMEDIATE, LAYERS = 128, 768, 12, 3072, 12
HEAD_SIZE = HIDDEN // HEADS
ROW_MAJOR, NOT_TRANSPOSED, TRANSPOSED = 101, 111, 112  # cblas.h


def library():
    try:
        blas = ctypes.CDLL("libopenblas.so.0")
    except OSError as error:
        sys.exit(f"{error}; install libopenblas0-pthread")
    pointer, number = ctypes.c_void_p, ctypes.c_int
    blas.cblas_sgemm.restype = None
    blas.cblas_sgemm.argtypes = [number] * 6 + [ctypes.c_float, pointer, number, pointer, number, ctypes.c_float, pointer, number]
    blas.openblas_get_corename.restype = ctypes.c_char_p
    blas.openblas_set_num_threads(1)
    return blas


class Products:
    def __init__(self):
        self.blas = library()
        random = numpy.random.default_rng(1)

        def matrix(rows, columns):
            return random.standard_normal((rows, columns), dtype=numpy.float32)

        self.hidden, self.inner = matrix(TOKENS, HIDDEN), matrix(TOKENS, INTERMEDIATE)
        self.query, self.key, self.value, self.context = (matrix(TOKENS, HIDDEN) for _ in range(4))
        self.scores = matrix(TOKENS, TOKENS)
        self.square = [matrix(HIDDEN, HIDDEN) for _ in range(4)]
        self.ffn, self.ffn_output = matrix(INTERMEDIATE, HIDDEN), matrix(HIDDEN, INTERMEDIATE)

    def product(self, left, right, result, transposed):
        """result = left right, or left right^T; arrays may be columns of larger ones"""
        rows, depth = left.shape
        self.blas.cblas_sgemm(ROW_MAJOR, NOT_TRANSPOSED, TRANSPOSED if transposed else NOT_TRANSPOSED, rows, result.shape[1],
                              depth, 1.0, left.ctypes.data, left.strides[0] // 4, right.ctypes.data, right.strides[0] // 4, 0.0,
                              result.ctypes.data, result.strides[0] // 4)

    def layer(self):
        for weights, result in zip(self.square, (self.query, self.key, self.value)):
            self.product(self.hidden, weights, result, True)
        for head in range(HEADS):
            columns = slice(head * HEAD_SIZE, (head + 1) * HEAD_SIZE)
            self.product(self.query[:, columns], self.key[:, columns], self.scores, True)
            self.product(self.scores, self.value[:, columns], self.context[:, columns], False)
        self.product(self.context, self.square[3], self.query, True)
        self.product(self.hidden, self.ffn, self.inner, True)
        self.product(self.inner, self.ffn_output, self.value, True)

    def all_layers(self):
        for _ in range(LAYERS):
            self.layer()


def main():
    products = Products()
    products.all_layers()
    worker.serve({"core": products.blas.openblas_get_corename().decode()}, products.all_layers)


if __name__ == "__main__":
    main()
