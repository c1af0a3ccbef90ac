"""The fields of the decision endpoints, in their order, after the four that all of them begin with."""

_TEXTS = {
    "piicDecsn": (
        "nstk_ostk_cnt nstk_estk_cnt fv_ps bfic_tisstk_ostk bfic_tisstk_estk fdpp_fclt fdpp_bsninh fdpp_op "
        "fdpp_dtrp fdpp_ocsa fdpp_etc ic_mthn ssl_at ssl_bgd ssl_edd"
    ),
    "fricDecsn": (
        "nstk_ostk_cnt nstk_estk_cnt fv_ps bfic_tisstk_ostk bfic_tisstk_estk nstk_asstd nstk_ascnt_ps_ostk "
        "nstk_ascnt_ps_estk nstk_dividrk nstk_dlprd nstk_lstprd bddd od_a_at_t od_a_at_b adt_a_atn"
    ),
    "pifricDecsn": (
        "piic_nstk_ostk_cnt piic_nstk_estk_cnt piic_fv_ps piic_bfic_tisstk_ostk piic_bfic_tisstk_estk "
        "piic_fdpp_fclt piic_fdpp_bsninh piic_fdpp_op piic_fdpp_dtrp piic_fdpp_ocsa piic_fdpp_etc piic_ic_mthn "
        "fric_nstk_ostk_cnt fric_nstk_estk_cnt fric_fv_ps fric_bfic_tisstk_ostk fric_bfic_tisstk_estk "
        "fric_nstk_asstd fric_nstk_ascnt_ps_ostk fric_nstk_ascnt_ps_estk fric_nstk_dividrk fric_nstk_dlprd "
        "fric_nstk_lstprd fric_bddd fric_od_a_at_t fric_od_a_at_b fric_adt_a_atn ssl_at ssl_bgd ssl_edd"
    ),
    "crDecsn": (
        "crstk_ostk_cnt crstk_estk_cnt fv_ps bfcr_cpt atcr_cpt bfcr_tisstk_ostk atcr_tisstk_ostk bfcr_tisstk_estk "
        "atcr_tisstk_estk cr_rt_ostk cr_rt_estk cr_std cr_mth cr_rs crsc_gmtsck_prd crsc_trnmsppd crsc_osprpd "
        "crsc_trspprpd crsc_osprpd_bgd crsc_osprpd_edd crsc_trspprpd_bgd crsc_trspprpd_edd crsc_nstkdlprd "
        "crsc_nstklstprd cdobprpd_bgd cdobprpd_edd ospr_nstkdl_pl bddd od_a_at_t od_a_at_b adt_a_atn ftc_stt_atn"
    ),
    "cmpMgDecsn": (
        "mg_mth mg_stn mg_pp mg_rt mg_rt_bs exevl_atn exevl_bs_rs exevl_intn exevl_pd exevl_op mgnstk_ostk_cnt "
        "mgnstk_cstk_cnt mgptncmp_cmpnm mgptncmp_mbsn mgptncmp_rl_cmpn rbsnfdtl_tast rbsnfdtl_tdbt rbsnfdtl_teqt "
        "rbsnfdtl_cpt rbsnfdtl_sl rbsnfdtl_nic eadtat_intn eadtat_op nmgcmp_cmpnm ffdtl_tast ffdtl_tdbt ffdtl_teqt "
        "ffdtl_cpt ffdtl_std nmgcmp_nbsn_rsl nmgcmp_mbsn nmgcmp_rlst_atn mgsc_mgctrd mgsc_shddstd mgsc_shclspd_bgd "
        "mgsc_shclspd_edd mgsc_mgop_rcpd_bgd mgsc_mgop_rcpd_edd mgsc_gmtsck_prd mgsc_aprskh_expd_bgd "
        "mgsc_aprskh_expd_edd mgsc_osprpd_bgd mgsc_osprpd_edd mgsc_trspprpd_bgd mgsc_trspprpd_edd "
        "mgsc_cdobprpd_bgd mgsc_cdobprpd_edd mgsc_mgdt mgsc_ergmd mgsc_mgrgsprd mgsc_nstkdlprd mgsc_nstklstprd "
        "bdlst_atn otcpr_bdlst_sf_atn aprskh_plnprc aprskh_pym_plpd_mth aprskh_ctref bddd od_a_at_t od_a_at_b "
        "adt_a_atn popt_ctr_atn popt_ctr_cn rs_sm_atn ex_sm_r"
    ),
    "cmpDvDecsn": (
        "dv_mth dv_impef dv_rt dv_trfbsnprt_cn atdv_excmp_cmpnm atdvfdtl_tast atdvfdtl_tdbt atdvfdtl_teqt "
        "atdvfdtl_cpt atdvfdtl_std atdv_excmp_exbsn_rsl atdv_excmp_mbsn atdv_excmp_atdv_lstmn_atn dvfcmp_cmpnm "
        "ffdtl_tast ffdtl_tdbt ffdtl_teqt ffdtl_cpt ffdtl_std dvfcmp_nbsn_rsl dvfcmp_mbsn dvfcmp_rlst_atn "
        "abcr_crrt abcr_osprpd_bgd abcr_osprpd_edd abcr_trspprpd_bgd abcr_trspprpd_edd abcr_nstkascnd "
        "abcr_shstkcnt_rt_at_rs abcr_nstkasstd abcr_nstkdlprd abcr_nstklstprd gmtsck_prd cdobprpd_bgd cdobprpd_edd "
        "dvdt dvrgsprd bddd od_a_at_t od_a_at_b adt_a_atn popt_ctr_atn popt_ctr_cn rs_sm_atn ex_sm_r"
    ),
    "stkExtrDecsn": (
        "extr_sen extr_stn extr_tgcmp_cmpnm extr_tgcmp_rp extr_tgcmp_mbsn extr_tgcmp_rl_cmpn "
        "extr_tgcmp_tisstk_ostk extr_tgcmp_tisstk_cstk rbsnfdtl_tast rbsnfdtl_tdbt rbsnfdtl_teqt rbsnfdtl_cpt "
        "extr_rt extr_rt_bs exevl_atn exevl_bs_rs exevl_intn exevl_pd exevl_op extr_pp extrsc_extrctrd "
        "extrsc_shddstd extrsc_shclspd_bgd extrsc_shclspd_edd extrsc_extrop_rcpd_bgd extrsc_extrop_rcpd_edd "
        "extrsc_gmtsck_prd extrsc_aprskh_expd_bgd extrsc_aprskh_expd_edd extrsc_osprpd_bgd extrsc_osprpd_edd "
        "extrsc_trspprpd extrsc_trspprpd_bgd extrsc_trspprpd_edd extrsc_extrdt extrsc_nstkdlprd extrsc_nstklstprd "
        "atextr_cpcmpnm aprskh_plnprc aprskh_pym_plpd_mth aprskh_lmt aprskh_ctref bdlst_atn otcpr_bdlst_sf_atn "
        "bddd od_a_at_t od_a_at_b adt_a_atn popt_ctr_atn popt_ctr_cn rs_sm_atn ex_sm_r"
    ),
}
FIELDS = {endpoint: tuple(text.split()) for endpoint, text in _TEXTS.items()}
"""Endpoint → field names."""
