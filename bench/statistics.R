# Processor seconds that R needs for what bench/statistics.py does: one line a function, name, tab, seconds. Base R, and packages that are there.
best <- function(work, times = 3) {
  min(vapply(seq_len(times), function(k) {
    gc(FALSE)
    spent <- system.time(work())
    spent[["user.self"]] + spent[["sys.self"]]
  }, numeric(1)))
}
say <- function(name, work) cat(name, "\t", best(work), "\n", sep = "")
has <- function(package) requireNamespace(package, quietly = TRUE)

set.seed(1)
count <- 200000
patients <- data.frame(
  age = rnorm(count, 82, 8), sex = sample(c("F", "M"), count, TRUE), asa = factor(sample(1:4, count, TRUE)),
  walks = sample(c("well", "with an aid", "not"), count, TRUE), source = sample(c("home", "care home"), count, TRUE),
  fracture = sample(c("a", "b", "c"), count, TRUE)
)
patients$died <- rbinom(count, 1, plogis(-9 + 0.08 * patients$age))
provider <- sample(150, count, TRUE)
say("glm", function() {
  model <- glm(died ~ age + sex + asa + walks + source + fracture, binomial, patients)
  tapply(patients$died, provider, sum) / tapply(fitted(model), provider, sum)
})

if (has("sandwich")) {
  months <- 1:36
  series <- replicate(1000, rbinom(36, 100, 0.1), simplify = FALSE)
  say("lm and NeweyWest", function() {
    for (y in series) {
      model <- lm(y ~ months + I(months > 18) + pmax(0, months - 18))
      sandwich::NeweyWest(model, lag = 2, prewhite = FALSE, adjust = TRUE)
    }
  })
}

if (has("surveillance")) {
  counts <- replicate(1000, rbinom(36, 100, 0.1), simplify = FALSE)
  say("surveillance::categoricalCUSUM", function() {
    for (y in counts) {
      observed <- rbind(y, 100 - y)
      before <- rbind(rep(0.1, 36), rep(0.9, 36))
      after <- rbind(rep(0.18, 36), rep(0.82, 36))
      sts <- surveillance::sts(observed = t(observed), population = matrix(100, 36, 2), multinomialTS = TRUE)
      surveillance::categoricalCUSUM(sts, control = list(
        range = 1:36, h = 4, pi0 = before, pi1 = after, ret = "cases",
        dfun = function(y, size, mu, log = FALSE) dbinom(y[1, ], size, mu[1, ], log)
      ))
    }
  })
}
