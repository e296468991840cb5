"""Functions of MATLAB that an exported file is put together from; each is used only where a program needs it."""

__all__ = ["HELPERS"]

HELPERS: dict[str, str] = {
    "tansig": """function y = tansig(n)
% As MATLAB names it: the hyperbolic tangent.
y = tanh(n);
end
""",
    "sigmoid": """function y = sigmoid(z)
y = 1 ./ (1 + exp(-z));
end
""",
    "softplus": """function y = softplus(z)
y = max(z, 0) + log1p(exp(-abs(z)));
end
""",
    "impute": """function x = impute(x, stand_in)
gaps = ~isfinite(x);
stand_in = repmat(stand_in, size(x, 1), 1);
x(gaps) = stand_in(gaps);
end
""",
    "level_code": """function row = level_code(cells, levels)
% The row of a table of levels: the level's own, that of any other level, or that of a missing cell.
row = floor(cells) + 1;
row(cells >= levels) = levels + 1;
row(~isfinite(cells) | cells < 0) = levels + 2;
end
""",
    "month": """function m = month(days)
% The month, 0 to 11, of whole days since 1970-01-01: eras of 400 years that begin in March.
day = mod(days + 719468, 146097);
year = floor((day - floor(day / 1460) + floor(day / 36524) - floor(day / 146096)) / 365);
left = day - 365 * year - floor(year / 4) + floor(year / 100);
m = mod(floor((5 * left + 2) / 153) + 2, 12);
end
""",
    "leaky": """function y = leaky(z, slope)
y = max(z, 0) + min(z, 0) .* slope;
end
""",
    "dense": """function y = dense(x, weight, bias)
for k = 1:max(size(x, 3), size(weight, 3))
    y(:, :, k) = x(:, :, min(k, end)) * weight(:, :, min(k, end)) + bias(:, :, min(k, end));
end
end
""",
    "distance": """function u = distance(x, centers, weights)
for k = 1:max(size(x, 3), size(centers, 3))
    for j = 1:size(centers, 1)
        apart = x(:, :, min(k, end)) - centers(j, :, min(k, end));
        u(:, j, k) = (apart .^ 2) * weights(j, :, min(k, end)).';
    end
end
end
""",
    "join": """function y = join(members, varargin)
for i = 1:numel(varargin)
    if size(varargin{i}, 3) < members
        varargin{i} = repmat(varargin{i}, [1, 1, members]);
    end
end
y = cat(2, varargin{:});
end
""",
    "softmax": """function y = softmax(z)
y = exp(z - max(z, [], 2));
y = y ./ sum(y, 2);
end
""",
    "outer": """function z = outer(x, y)
[m, n] = deal(size(x, 2), size(y, 2));
z = x(:, kron(1:m, ones(1, n)), :) .* y(:, repmat(1:n, 1, m), :);
end
""",
    "patch": """function place = patch(p, q, window, stride, padding, grid)
% Places of a window on one channel, in rows; those outside the grid are 0.
[z, y] = meshgrid(q * stride(2) - padding(2) + (0:window(2) - 1), p * stride(1) - padding(1) + (0:window(1) - 1));
place = y * grid(3) + z + 1;
place(y < 0 | y >= grid(2) | z < 0 | z >= grid(3)) = 0;
place = reshape(place.', 1, []);
end
""",
    "convolve": """function out = convolve(x, weight, bias, grid, made, window, stride, padding)
% weight: (channels * window) x channels out x members.
area = grid(2) * grid(3);
nothing = grid(1) * area + 1;
x(:, nothing, :) = 0;
for k = 1:max(size(x, 3), size(weight, 3))
    for p = 0:made(2) - 1
        for q = 0:made(3) - 1
            place = patch(p, q, window, stride, padding, grid);
            all = kron(0:grid(1) - 1, area * ones(size(place))) + repmat(place, 1, grid(1));
            all(repmat(place == 0, 1, grid(1))) = nothing;
            at = (0:made(1) - 1) * made(2) * made(3) + p * made(3) + q + 1;
            out(:, at, k) = x(:, all, min(k, end)) * weight(:, :, min(k, end)) + bias(:, :, min(k, end));
        end
    end
end
end
""",
    "pool": """function out = pool(x, kind, grid, made, window, stride)
area = grid(2) * grid(3);
for k = 1:size(x, 3)
    for c = 0:grid(1) - 1
        for p = 0:made(2) - 1
            for q = 0:made(3) - 1
                seen = x(:, c * area + patch(p, q, window, stride, [0, 0], grid), k);
                at = c * made(2) * made(3) + p * made(3) + q + 1;
                if strcmp(kind, 'max')
                    out(:, at, k) = max(seen, [], 2);
                else
                    out(:, at, k) = mean(seen, 2);
                end
            end
        end
    end
end
end
""",
    "normal_quantile": """function found = normal_quantile(centers, scales, level, normal, halvings)
% The quantile of an equal mixture of Normals, by bisection between the components' own.
ends = centers + normal * scales;
low = min(ends, [], 2);
high = max(ends, [], 2);
for round = 1:halvings
    middle = (low + high) / 2;
    below = mean(erfc((centers - middle) ./ (scales * sqrt(2))), 2) < 2 * level;
    low(below) = middle(below);
    high(~below) = middle(~below);
end
found = (low + high) / 2;
end
""",
}
