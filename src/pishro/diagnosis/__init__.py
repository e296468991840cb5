"""What a trained network can be told to suffer from: facts with their numbers, sentences and remedies."""

from pishro.diagnosis.certificate import Certificate, certify
from pishro.diagnosis.diagnose import diagnose
from pishro.diagnosis.fact import Diagnosis, Fact
from pishro.diagnosis.observation import Observation
from pishro.diagnosis.sentences import PHRASES

__all__ = ["PHRASES", "Certificate", "Diagnosis", "Fact", "Observation", "certify", "diagnose"]
