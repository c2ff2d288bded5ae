"""Ids that the test sets may use: those of the reply contract and of the assistant's intents.

They are written out here and not taken from the knowledge files: a test must fail when an id there is renamed.
"""

from __future__ import annotations


def _ids(text: str) -> frozenset[str]:
    return frozenset(text.split())


SOURCE_QUESTIONS = _ids(
    """middle_back_treatment middle_back_causes severe_spasm_feeling spasm_duration releasing_spasms when_to_go_to_er
    walking_it_off fast_relief"""
)
FURTHER_QUESTIONS = _ids(
    """heat_or_ice which_painkiller combining_painkillers sleeping_positions sitting_and_driving going_to_work
    exercise_and_gym which_stretches massage magnesium_and_water stress_and_spasm pregnancy_and_spasm worse_at_night
    worse_breathing_or_coughing slipped_disc xray_or_mri muscle_relaxants whom_to_see prevention getting_out_of_bed
    children_and_spasm sciatica topical_creams back_brace bed_rest who_gets_spasms heart_or_back kidney_or_back
    strong_painkillers alcohol_and_cannabis hands_on_treatment hot_bath lifting_and_carrying long_term_back_pain
    breathing_and_hyperventilation paralysis_fear"""
)
QUESTIONS = SOURCE_QUESTIONS | FURTHER_QUESTIONS
DIALOGUE = _ids(
    """inform affirm deny unknown refuse ask_why repeat got_worse got_better new_episode greet goodbye thank help
    bot_challenge privacy start_over stop request_plan request_summary cannot_go while_waiting false_alarm frustration
    out_of_scope"""
)
INTENTS = QUESTIONS | DIALOGUE | {"report_emergency", "report_crisis", "nlu_fallback"}

EMERGENCIES = _ids(
    """saddle_numbness urinary_retention urinary_incontinence bowel_incontinence leg_weakness_both
    leg_weakness_progressive sexual_numbness paralysis chest_pain breathlessness fainting tearing_pain
    pulsating_abdomen major_trauma cold_sweat arm_or_jaw_pain coughing_blood severe_abdominal_pain confusion
    stiff_neck_with_fever jaw_lock overdose stroke_signs gastrointestinal_bleeding ectopic_pregnancy_signs anaphylaxis
    sepsis testicular_torsion autonomic_dysreflexia obstetric_bleeding hypoxia"""
)
URGENT = _ids(
    """fever chills iv_drug_use immunosuppressed leg_weakness_one burning_urine blood_in_urine flank_pain
    calf_swelling minor_trauma_fragile_bones cancer_history pregnancy_pain recent_spinal_procedure vomiting
    unbearable_pain pain_on_breathing"""
)
CONDITIONS = _ids(
    """stomach_ulcer kidney_disease heart_disease heart_failure high_blood_pressure stroke_history liver_disease
    heavy_alcohol asthma aspirin_sensitive_asthma bleeding_disorder pregnant pregnant_20_weeks breastfeeding
    maybe_pregnant spinal_cord_injury
    gastric_bypass diabetes_neuropathy broken_skin anticoagulant antiplatelet other_nsaid acetaminophen_already ssri
    lithium methotrexate ace_inhibitor_or_diuretic sedative nsaid_allergy acetaminophen_allergy"""
)
ASSERTIONS = frozenset({"present", "absent", "possible", "hypothetical", "past"})

# Entity kinds with their values; None: a number.
VALUES: dict[str, frozenset[str] | None] = {
    "location": frozenset({"neck", "upper", "middle", "lower", "whole", "elsewhere"}),
    "side": frozenset({"left", "right", "both", "centre"}),
    "severity": None,
    "duration_days": None,
    "course": frozenset({"first", "recurrent", "constant"}),
    "onset": frozenset({"sudden", "gradual"}),
    "injury": frozenset({"none", "strain", "minor", "major"}),
    "age": None,
    "sex": frozenset({"female", "male"}),
    "pregnancy_weeks": None,
    "trend": frozenset({"better", "worse", "same"}),
    "act": frozenset({"yes", "no", "none", "unknown", "refuse", "skip", "correction", "unsure"}),
    "denied_group": frozenset({"conditions", "medicines", "allergies", "pregnancy", "injury", "red_flags", "all"}),
}
