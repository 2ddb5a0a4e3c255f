/*
 * The peer of the benchmark `simulation`: the same shallow-water equations and the same conjugate gradients in plain C over MPI.
 *
 *   peer shallow-water ROWS COLUMNS STEPS TIMESTEP
 *   peer conjugate-gradient SIDE ITERATIONS
 *
 * Rank 0 prints the seconds that the slowest rank took, without setting up, a figure of the result to compare by, and the
 * processor's seconds of its own.
 */
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HALO 3

static const double PI = 3.14159265358979323846;
static const double RADIUS = 6.37122e6, ROTATION = 7.292e-5, GRAVITY = 9.80616, SPEED = 20, LEVEL = 5960;

static int rank, size;

static double *doubles(size_t n)
{
    double *p = calloc(n, sizeof(double));
    if (!p)
        MPI_Abort(MPI_COMM_WORLD, 1);
    return p;
}

/* ---- shallow water: latitude bands, three-stage steps, depth in the middle of cells, wind on their edges ---- */

static int rows, columns, first, count, stride;
static double *coriolis, *ground;
static double *flux[2], *bernoulli[2], *north_flux[2], *vorticity[2];

static double latitude(int row) { return (row + 0.5) * (PI / rows) - PI / 2; }
static double edge_latitude(int row) { return row * (PI / rows) - PI / 2; }
static double edge_cosine(int row) { return row == 0 || row == rows ? 0 : cos(edge_latitude(row)); }
static double longitude(int column) { return (column + 0.5) * (2 * PI / columns); }

static double mountain(double lambda, double phi)
{
    double x = lambda - 3 * PI / 2, y = phi - PI / 6, r = sqrt(x * x + y * y);
    return 2000 * (1 - fmin(PI / 9, r) / (PI / 9));
}

static double surface(double phi)
{
    double s = sin(phi);
    return LEVEL - (RADIUS * ROTATION * SPEED + SPEED * SPEED / 2) * s * s / GRAVITY;
}

static void cells(double *const now[3], int row, int left, int width)
{
    int global = first + row;
    double scale = 1 / (4 * cos(latitude(global))), south = scale * edge_cosine(global), north = scale * edge_cosine(global + 1);
    size_t start = (size_t)(row + HALO) * stride;
    const double *restrict h = now[0] + start, *restrict u = now[1] + start, *restrict v = now[2] + start, *restrict g = ground + start;
    double *restrict f = flux[global & 1], *restrict b = bernoulli[global & 1];
    for (int i = left; i < left + width + 1; i++)
        f[i] = (h[i] + h[i - 1]) * u[i];
    for (int i = left - 1; i < left + width; i++)
        b[i] = GRAVITY * h[i] + g[i] + 0.25 * (u[i] * u[i] + u[i + 1] * u[i + 1]) + south * v[i] * v[i] + north * v[i + stride] * v[i + stride];
}

static void edges(double *const now[3], int row, int left, int width)
{
    int global = first + row;
    double cosine = edge_cosine(global), inverse = cosine == 0 ? 0 : 1 / (RADIUS * cosine);
    double spin = inverse / (2 * PI / columns);
    double here = global == rows ? 0 : inverse * cos(latitude(global)) / (PI / rows);
    double below = global == 0 ? 0 : inverse * cos(latitude(global - 1)) / (PI / rows);
    size_t start = (size_t)(row + HALO) * stride;
    const double *restrict h = now[0] + start, *restrict u = now[1] + start, *restrict v = now[2] + start, *restrict c = coriolis + start;
    double *restrict f = north_flux[global & 1], *restrict q = vorticity[global & 1];
    for (int i = left - 1; i < left + width; i++)
        f[i] = (h[i] + h[i - stride]) * (v[i] * cosine);
    for (int i = left; i < left + width + 1; i++)
        q[i] = (c[i] + spin * (v[i] - v[i - 1]) - here * u[i] + below * u[i - stride]) / (h[i] + h[i - 1] + (h[i - stride] + h[i - stride - 1]));
}

static void advance(double *const old[3], double *const next[3], int row, int left, int width, double step)
{
    int global = first + row, own = global & 1, other = own ^ 1;
    double cosine = cos(latitude(global)), dx = 2 * PI / columns, dy = PI / rows;
    double east_gain = step / (2 * RADIUS * cosine * dx), north_gain = step / (2 * RADIUS * cosine * dy);
    double east_turn = step / (2 * cosine), east_push = step / (RADIUS * cosine * dx), north_turn = step / 2, north_push = step / (RADIUS * dy);
    size_t start = (size_t)(row + HALO) * stride;
    const double *restrict h0 = old[0] + start, *restrict u0 = old[1] + start, *restrict v0 = old[2] + start;
    double *restrict h = next[0] + start, *restrict u = next[1] + start, *restrict v = next[2] + start;
    const double *restrict f = flux[own], *restrict fb = flux[other], *restrict b = bernoulli[own], *restrict bb = bernoulli[other];
    const double *restrict g = north_flux[own], *restrict ga = north_flux[other], *restrict q = vorticity[own], *restrict qa = vorticity[other];
    if (global == 0)
        for (int i = left; i < left + width; i++) {
            h[i] = h0[i] - north_gain * (ga[i] - g[i]) - east_gain * (f[i + 1] - f[i]);
            u[i] = u0[i] - east_push * (b[i] - b[i - 1]) + east_turn * (q[i] * (g[i] + g[i - 1]) + qa[i] * (ga[i] + ga[i - 1]));
        }
    else
        for (int i = left; i < left + width; i++) {
            h[i] = h0[i] - north_gain * (ga[i] - g[i]) - east_gain * (f[i + 1] - f[i]);
            u[i] = u0[i] - east_push * (b[i] - b[i - 1]) + east_turn * (q[i] * (g[i] + g[i - 1]) + qa[i] * (ga[i] + ga[i - 1]));
            v[i] = v0[i] - north_push * (b[i] - bb[i]) - north_turn * (q[i] * (f[i] + fb[i]) + q[i + 1] * (f[i + 1] + fb[i + 1]));
        }
}

static void stage(double *const now[3], double *const old[3], double *const next[3], double step, int margin)
{
    int top = first - margin < 0 ? -first : -margin, bottom = first + count + margin > rows ? rows - first : count + margin;
    int left = HALO - margin, width = columns + 2 * margin;
    if (first + top > 0)
        cells(now, top - 1, left, width);
    edges(now, top, left, width);
    for (int row = top; row < bottom; row++) {
        cells(now, row, left, width);
        edges(now, row + 1, left, width);
        advance(old, next, row, left, width, step);
    }
}

static void exchange(double *const field[3])
{
    int south = rank > 0 ? rank - 1 : MPI_PROC_NULL, north = rank + 1 < size ? rank + 1 : MPI_PROC_NULL, n = HALO * stride;
    MPI_Request requests[12];
    for (int k = 0; k < 3; k++) {
        MPI_Irecv(field[k], n, MPI_DOUBLE, south, k, MPI_COMM_WORLD, &requests[4 * k]);
        MPI_Irecv(field[k] + (size_t)(count + HALO) * stride, n, MPI_DOUBLE, north, 3 + k, MPI_COMM_WORLD, &requests[4 * k + 1]);
        MPI_Isend(field[k] + (size_t)count * stride, n, MPI_DOUBLE, north, k, MPI_COMM_WORLD, &requests[4 * k + 2]);
        MPI_Isend(field[k] + (size_t)HALO * stride, n, MPI_DOUBLE, south, 3 + k, MPI_COMM_WORLD, &requests[4 * k + 3]);
    }
    MPI_Waitall(12, requests, MPI_STATUSES_IGNORE);
    for (int k = 0; k < 3; k++)
        for (int row = 0; row < count + 2 * HALO; row++) {
            double *line = field[k] + (size_t)row * stride;
            memcpy(line, line + columns, HALO * sizeof(double));
            memcpy(line + columns + HALO, line + HALO, HALO * sizeof(double));
        }
}

static void shallow_water(int steps, double step)
{
    first = (int)((long)rows * rank / size);
    count = (int)((long)rows * (rank + 1) / size) - first;
    stride = columns + 2 * HALO;
    size_t n = (size_t)(count + 2 * HALO) * stride;
    double *now[3], *one[3], *two[3];
    for (int k = 0; k < 3; k++)
        now[k] = doubles(n), one[k] = doubles(n), two[k] = doubles(n);
    coriolis = doubles(n);
    ground = doubles(n);
    for (int i = 0; i < 2; i++)
        flux[i] = doubles(stride), bernoulli[i] = doubles(stride), north_flux[i] = doubles(stride), vorticity[i] = doubles(stride);
    for (int row = -HALO; row < count + HALO; row++)
        for (int column = -HALO; column < columns + HALO; column++) {
            int global = first + row, turned = (column + columns) % columns;
            size_t at = (size_t)(row + HALO) * stride + HALO + column;
            if (global < 0 || global > rows)
                continue;
            coriolis[at] = 2 * ROTATION * sin(edge_latitude(global));
            ground[at] = global == rows ? 0 : GRAVITY * mountain(longitude(turned), latitude(global));
            if (row < 0 || row >= count || column < 0 || column >= columns)
                continue;
            now[0][at] = surface(latitude(global)) - mountain(longitude(column), latitude(global));
            now[1][at] = SPEED * cos(latitude(global));
        }
    double start = 0;
    clock_t clocks = 0;
    for (int i = -steps / 10 - 1; i < steps; i++) {
        if (i == 0) {
            MPI_Barrier(MPI_COMM_WORLD);
            start = MPI_Wtime();
            clocks = clock();
        }
        exchange(now);
        stage(now, now, one, step / 3, 2);
        stage(one, now, two, step / 2, 1);
        stage(two, now, one, step, 0);
        for (int k = 0; k < 3; k++) {
            double *swap = now[k];
            now[k] = one[k];
            one[k] = swap;
        }
    }
    double busy = (double)(clock() - clocks) / CLOCKS_PER_SEC, mine = MPI_Wtime() - start, seconds, sum = 0, total;
    for (int row = 0; row < count; row++)
        for (int column = 0; column < columns; column++) {
            double u = now[1][(size_t)(row + HALO) * stride + HALO + column];
            sum += u * u;
        }
    MPI_Reduce(&mine, &seconds, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    MPI_Reduce(&sum, &total, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("%.9g %.17g %.9g\n", seconds, total, busy);
}

/* ---- conjugate gradients with Jacobi's preconditioner: Laplace's equation on a square, rows shared out ---- */

static double dot(const double *x, const double *y, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

static void conjugate_gradient(int side, int iterations)
{
    int n = side * side, begin = (int)((long)n * rank / size), own = (int)((long)n * (rank + 1) / size) - begin;
    int *starts = malloc((own + 1) * sizeof(int)), *indices = malloc((size_t)own * 5 * sizeof(int)), *counts = malloc(size * sizeof(int)), *offsets = malloc(size * sizeof(int));
    double *values = doubles((size_t)own * 5), *p = doubles(n), *all = doubles(n), *x = doubles(own), *r = doubles(own), *z = doubles(own), *q = doubles(own), *inverse = doubles(own);
    int used = 0;
    for (int i = 0; i < size; i++) {
        offsets[i] = (int)((long)n * i / size);
        counts[i] = (int)((long)n * (i + 1) / size) - offsets[i];
    }
    for (int i = 0; i < own; i++) {
        int row = begin + i, y = row / side, c = row % side;
        starts[i] = used;
        if (y > 0) indices[used] = row - side, values[used++] = -1;
        if (c > 0) indices[used] = row - 1, values[used++] = -1;
        indices[used] = row, values[used++] = 4;
        if (c < side - 1) indices[used] = row + 1, values[used++] = -1;
        if (y < side - 1) indices[used] = row + side, values[used++] = -1;
        r[i] = 1;
        inverse[i] = 0.25;
        z[i] = r[i] * inverse[i];
    }
    starts[own] = used;
    double rho = 0, norm = 0, start = 0;
    clock_t clocks = 0;
    for (int k = -iterations / 10 - 1; k < iterations; k++) {
        if (k == 0) {
            MPI_Barrier(MPI_COMM_WORLD);
            start = MPI_Wtime();
            clocks = clock();
        }
        double mine[2] = { dot(r, z, own), dot(r, r, own) }, sums[2];
        MPI_Allgatherv(z, own, MPI_DOUBLE, all, counts, offsets, MPI_DOUBLE, MPI_COMM_WORLD);
        MPI_Allreduce(mine, sums, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        double beta = rho == 0 ? 0 : sums[0] / rho;
        rho = sums[0];
        norm = sqrt(sums[1]);
        for (int i = 0; i < n; i++)
            p[i] = all[i] + beta * p[i];
        for (int i = 0; i < own; i++) {
            double sum = 0;
            for (int j = starts[i]; j < starts[i + 1]; j++)
                sum += values[j] * p[indices[j]];
            q[i] = sum;
        }
        double local = dot(p + begin, q, own), curvature;
        MPI_Allreduce(&local, &curvature, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        double alpha = rho / curvature;
        for (int i = 0; i < own; i++) {
            x[i] += alpha * p[begin + i];
            r[i] -= alpha * q[i];
            z[i] = r[i] * inverse[i];
        }
    }
    double busy = (double)(clock() - clocks) / CLOCKS_PER_SEC, mine = MPI_Wtime() - start, seconds;
    MPI_Reduce(&mine, &seconds, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("%.9g %.17g %.9g\n", seconds, norm, busy);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (argc == 6 && strcmp(argv[1], "shallow-water") == 0) {
        rows = atoi(argv[2]);
        columns = atoi(argv[3]);
        shallow_water(atoi(argv[4]), atof(argv[5]));
    } else if (argc == 4 && strcmp(argv[1], "conjugate-gradient") == 0) {
        conjugate_gradient(atoi(argv[2]), atoi(argv[3]));
    } else {
        fprintf(stderr, "peer shallow-water ROWS COLUMNS STEPS TIMESTEP | peer conjugate-gradient SIDE ITERATIONS\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    MPI_Finalize();
    return 0;
}
