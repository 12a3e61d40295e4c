"""The command line ``common-cause``: what people type. Every command says what it did, or in one sentence what to do instead."""
